"""A text in the forms in which it leaves: WhatsApp's own measure, the sheet, the SMS."""

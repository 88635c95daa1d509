"""The channel without the Cloud API: a person pastes the approved text and says what was done."""

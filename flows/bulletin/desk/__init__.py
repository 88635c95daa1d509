"""What an editor sees and answers: the rota, the letters, the checks of an answer, the second person."""

"""What every sender of the number shares: its rate, its sign of life, what an answer asks for."""

"""The pages of factors: on the way in, on the security page, and where somebody proves that it is them again."""

"""The API for maintainers: the deeds of their pages, for programs that hold a token.

Essential reading: RFC 9110 (methods and statuses), RFC 9457 (problems), OpenAPI 3.1 (the description).
``table`` names every operation once; what is answered and what is described are both made of it.
"""

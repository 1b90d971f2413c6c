"""The staff's web application: what people asked, what went wrong, what to add. Imports nothing of Rasa."""

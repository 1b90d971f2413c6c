"""What is screened before anything else: danger, and the questions that only a clinician may answer."""

"""Compare recorded deliveries with a document: list the content that the document does not describe."""

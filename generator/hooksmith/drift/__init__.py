"""Compare recorded deliveries with a document: everything in them that the document does not describe."""

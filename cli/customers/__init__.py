"""`partnerdesk customers`: list, show, add, import."""

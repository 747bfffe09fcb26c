"""`partnerdesk customers`: list, show, add, edit, import and export."""

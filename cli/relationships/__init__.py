"""`partnerdesk relationships`: invitations, partners, delegated admin, endings, letters."""

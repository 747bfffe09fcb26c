"""The rules of the Add-customer form and of editing: what is asked, what is right, in words."""

"""partnerdesk: the customer accounts of a Microsoft reseller partner, in the terminal.

In a checkout the packages in here are links to the folders of the same names beside `src`.
"""

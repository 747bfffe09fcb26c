"""What goes over the wire: the resources of the API as it writes them, apart from the entities."""

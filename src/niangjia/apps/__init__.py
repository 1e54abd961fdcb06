"""Apps: what the house keeps and decides, one room a trade; a room leans on lower rooms only and is entered by its queries, actions and types."""

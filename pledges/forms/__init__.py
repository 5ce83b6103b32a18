"""Form fields of the field's notation, and the forms of this room's pages by subject."""

"""The pages on which an administrator brings a plan in: upload, preview, confirm, roll back."""

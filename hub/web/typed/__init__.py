"""What people type on pages and programs send: the same models, and what becomes of them. No page, no HTTP."""

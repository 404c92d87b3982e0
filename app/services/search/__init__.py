"""Search: what was asked, the page that answers it, and the Bundle on its way out."""

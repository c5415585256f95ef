"""What the pages of reports may ask; each look-up is for those whom its door lets in."""

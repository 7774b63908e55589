"""Documents that leave the house: PDF with the agency's header, electronic signatures, datasets with their metadata."""

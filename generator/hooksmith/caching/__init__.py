"""Results of earlier runs, kept between them."""

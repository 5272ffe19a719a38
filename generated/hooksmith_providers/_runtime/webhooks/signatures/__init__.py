"""How deliveries are signed: schemes as data, each able to verify and to sign."""

"""Components of the bundle: cardiac SPECT physics, virtual canines, networks, training and evaluation."""

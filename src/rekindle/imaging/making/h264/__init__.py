"""A small encoder of H.264 films whose movement is known: ITU-T H.264 (08/2021), Constrained Baseline profile."""

"""Workflows for workers that run ComfyUI: as data, with the places of what an edit brings."""

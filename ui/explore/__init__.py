"""The tabs of Explore."""

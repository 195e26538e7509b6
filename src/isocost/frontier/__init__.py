"""The production frontier: which deployments no other one dominates."""

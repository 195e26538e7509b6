"""What follows from the dimensions of a Transformer: parameters, FLOPs, memory."""

"""Where the outside comes in: the DICOM listener, the workers, the command line."""

"""Arrays -> domain values. numpy, imagehash, Pillow and SimpleITK live here."""

"""A seeded simulator of what happens to DICOM studies on their way between hospitals.

``seeds`` finds real images; ``transforms`` lists what may happen to one; ``chains`` strings two to four of these
together as a transfer does; ``expected`` says what a judge may call the result; ``negatives`` pairs studies that are
not copies however alike they look. Nothing here uses the product's own decoders or digests: a second opinion must be
independent of what it checks.
"""

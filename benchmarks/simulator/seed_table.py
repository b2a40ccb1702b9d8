"""The images of the corpus that can play a study: clinical-looking, readable, each pixel content once."""

from dataclasses import dataclass
from typing import Literal

Cut = Literal["stack", "times", "gradients", "frames", "mosaic"]


@dataclass(frozen=True, slots=True)
class Volume:
    """A series, and how it is cut into parts that each play a study.

    Attributes:
        cut: ``stack`` of neighbouring slices; ``times``, each pass over all places; ``gradients``, several passes in
            one part; ``frames`` of a multi-frame file; ``mosaic``, tiles of one image that are slices.
        tiles: slices in a mosaic.
    """

    name: str
    subject: str
    modality: str
    glob: str
    cut: Cut = "stack"
    parts: int = 1
    tiles: int = 0

    @property
    def derived(self) -> str:
        if self.cut == "mosaic":
            return "tiles"
        return "part" if self.parts > 1 or self.cut == "times" else ""


@dataclass(frozen=True, slots=True)
class Image:
    """A single image that plays a study.

    Attributes:
        part_of: the image that shows all that this one shows, and more; it plays instead, where it is there.
    """

    name: str
    subject: str
    modality: str
    path: str
    part_of: str = ""


_NIH = "dcm_qa_nih/In/"
_PHILIPS = "dcm_qa_ct/In/Philips/S21570/"
_WG04 = "nema-wg04/medical.nema.org/compsamples_"
_PYDICOM_DATA = "pydicom-data/data_store/data/"
_JPEG_DATA = "pylibjpeg-data/ljdata/ds/"

_WHEEL = "pydicom-3.0.2/pydicom/data/test_files/"
_MULTIFRAME = "nema-multiframe/medical.nema.org/multiframe/DISCIMG/IMAGES/"
_XA10 = "dcm_qa_enh/In/Siemens/XA10/"

VOLUMES: tuple[Volume, ...] = (
    Volume("t1-sagittal", "fnndsc", "MR", "FNNDSC-SAG-anon/*", parts=3),
    Volume("t1-structural", "studyforrest-02", "MR", "datalad-structural/dicoms/*", parts=2),
    Volume("head-ge", "ge-head", "CT", "dcm_qa_ct/In/GE/*", parts=2),
    Volume("head-5mm", "plastic-head", "CT", f"{_PHILIPS}S2010/*", parts=2),
    Volume("head-standard", "plastic-head", "CT", f"{_PHILIPS}S2020/*"),
    Volume("head-bone", "plastic-head", "CT", f"{_PHILIPS}S2030/*"),
    Volume("position-hfs", "crlab", "MR", "dcm_qa_decubitus/In/HFS/*/*"),
    Volume("position-hfp", "crlab", "MR", "dcm_qa_decubitus/In/HFP/*/*"),
    Volume("position-hfdl", "crlab", "MR", "dcm_qa_decubitus/In/HFDL/*/*"),
    Volume("position-hfdr", "crlab", "MR", "dcm_qa_decubitus/In/HFDR/*/*"),
    Volume("epi-run4", "nih-ge", "MR", f"{_NIH}20180918GE/mr_0004/*", "times"),
    Volume("epi-run5", "nih-ge", "MR", f"{_NIH}20180918GE/mr_0005/*", "times"),
    Volume("epi-run6", "nih-ge", "MR", f"{_NIH}20180918GE/mr_0006/*", "times"),
    Volume("epi-run7", "nih-ge", "MR", f"{_NIH}20180918GE/mr_0007/*", "times"),
    Volume("epi-ap", "nih-siemens-phantom", "MR", f"{_NIH}20180918Si/mr_0003/*", "mosaic", tiles=5),
    Volume("epi-pa", "nih-siemens-phantom", "MR", f"{_NIH}20180918Si/mr_0004/*", "mosaic", tiles=5),
    Volume("epi-rl", "nih-siemens-phantom", "MR", f"{_NIH}20180918Si/mr_0005/*", "mosaic", tiles=5),
    Volume("epi-lr", "nih-siemens-phantom", "MR", f"{_NIH}20180918Si/mr_0006/*", "mosaic", tiles=5),
    Volume("dti", "landman", "MR", "dcm_qa_philips/In/Vanderbilt_2018/601_WIP_dti_ax/*", "gradients", 5),
    Volume("adc", "qin-prostate", "MR", "dcmqi/data/paramaps/pm-example-dcm.zip_/701-ADCb500/*", parts=4),
    Volume("limb", "limb-phantom", "CT", "rse-panimg/tests/resources/dicom_enhanced/slice*.dcm"),
    Volume("rest-1", "irc-phantom", "MR", f"{_XA10}6_1.dcm", "frames"),
    Volume("rest-2", "irc-phantom", "MR", f"{_XA10}6_2.dcm", "frames"),
    Volume("rest-3", "irc-phantom", "MR", f"{_XA10}6_3.dcm", "frames"),
    Volume("rest-4", "irc-phantom", "MR", f"{_XA10}6_4.dcm", "frames"),
    Volume("field-map", "rogers-phantom", "MR", "dcm_qa_enh/In/Philips/IM_0027_fMAP.dcm", "frames", 8),
    Volume("contrasts", "nema-brain", "MR", f"{_MULTIFRAME}BRMULTI", "frames"),
    Volume("enhanced", "pydicom-emri", "MR", f"{_PYDICOM_DATA}emri_small.dcm", "frames"),
    Volume("echo-cine", "pydicom-us-204", "US", f"{_WHEEL}examples_ybr_color.dcm", "frames", 3),
)
"""Series of five frames and more; what is cut into parts shows other places or times in each part."""

IMAGES: tuple[Image, ...] = (
    Image("wg04-ct1", "wg04-ct1", "CT", f"{_WG04}refanddir/IMAGES/REF/CT1_UNC"),
    Image("wg04-ct2", "wg04-ct2", "CT", f"{_WG04}refanddir/IMAGES/REF/CT2_UNC"),
    Image("wg04-mr1", "wg04-mr1", "MR", f"{_WG04}refanddir/IMAGES/REF/MR1_UNC"),
    Image("wg04-mr2", "wg04-mr2", "MR", f"{_PYDICOM_DATA}MR2_J2KR.dcm"),
    Image("wg04-mr3", "wg04-mr3", "MR", f"{_WG04}refanddir/IMAGES/REF/MR3_UNC"),
    Image("wg04-mr4", "wg04-mr4", "MR", f"{_WG04}refanddir/IMAGES/REF/MR4_UNC"),
    Image("wg04-nm1", "wg04-nm1", "NM", f"{_WG04}refanddir/IMAGES/REF/NM1_UNC"),
    Image("wg04-us1", "wg04-us1", "US", f"{_WG04}refanddir/IMAGES/REF/US1_UNC"),
    Image("wg04-vl1", "wg04-vl1", "OT", f"{_WG04}j2k/IMAGES/J2KR/VL1_J2KR"),
    Image("wg04-vl2", "wg04-vl2", "OT", f"{_WG04}j2k/IMAGES/J2KR/VL2_J2KR"),
    Image("wg04-vl3", "wg04-vl3", "OT", f"{_WG04}j2k/IMAGES/J2KR/VL3_J2KR"),
    Image("wg04-vl6", "wg04-vl6", "OT", f"{_WG04}refanddir/IMAGES/REF/VL6_UNC"),
    Image("wg04-xa1", "wg04-xa1", "XA", f"{_WG04}j2k/IMAGES/J2KR/XA1_J2KR"),
    Image("wg04-rg2", "wg04-rg2", "CR", f"{_WG04}j2k/IMAGES/J2KR/RG2_J2KR"),
    Image("wg04-rg3", "wg04-rg3", "CR", f"{_PYDICOM_DATA}RG3_J2KR.dcm"),
    Image("chest-fuji", "panimg-cxr", "CR", "rse-panimg/tests/resources/dicom_2d/cxr.dcm"),
    Image("chest-pa", "gdcm-966", "DX", f"{_JPEG_DATA}JPEG2000Lossless/966_fixed.dcm"),
    Image("chest-small", "highdicom-dx", "DX", "highdicom/data/test_files/dx_image.dcm"),
    Image("portal", "pynetdicom-rt", "RTIMAGE", "pynetdicom/pynetdicom/tests/dicom_files/RTImageStorage.dcm"),
    Image("helical-chest", "ge-2178309", "CT", "cornerstone-wado/testImages/CTImage.dcm"),
    Image("planning-ct", "dicompyler-123456", "CT", "dicompyler-core/tests/testdata/example_data/ct.0.dcm"),
    Image("liver-1", "dcmqi-99000", "CT", "dcmqi/data/segmentations/ct-3slice/01.dcm"),
    Image("liver-2", "dcmqi-99000", "CT", "dcmqi/data/segmentations/ct-3slice/02.dcm"),
    Image("liver-3", "dcmqi-99000", "CT", "dcmqi/data/segmentations/ct-3slice/03.dcm"),
    Image("head-cq500", "cq500-310", "CT", f"{_PYDICOM_DATA}693_UNCR.dcm"),
    Image("pancreas", "pancreas-0001", "CT", f"{_PYDICOM_DATA}explicit_VR-UN.dcm"),
    Image("ct-b2cbe", "gdcm-b2cbe", "CT", f"{_PYDICOM_DATA}bad_sequence.dcm"),
    Image("ct-toshiba-1", "toshiba-227666", "CT", f"{_JPEG_DATA}JPEG2000Lossless/TOSHIBA_J2K_SIZ0_PixRep1.dcm"),
    Image("ct-toshiba-2", "toshiba-704907", "CT", f"{_JPEG_DATA}JPEG2000Lossless/TOSHIBA_J2K_OpenJPEGv2Regression.dcm"),
    Image("ct-elscint", "elscint", "CT", f"{_JPEG_DATA}JPEG2000/ELSCINT1_JP2vsJ2K.dcm"),
    Image("mr-lesion", "siemens-mpr", "MR", f"{_PYDICOM_DATA}MR-SIEMENS-DICOM-WithOverlays.dcm"),
    Image("mr-spgr", "nema-brain", "MR", f"{_MULTIFRAME}BRFSMPRS"),
    Image("mr-asc", "crlab", "MR", "dcm_qa_ts/In/1.dcm"),
    Image("mr-12bit", "crlab", "MR", "dcm_qa_12bit/In/12bitUnsigned.dcm"),
    Image("us-kidney", "deid-us-20", "US", "deid-data-us/deid_data/data/ultrasounds/GREYSCALE_IMAGE.dcm"),
    Image("us-hitachi", "pydicom-us-2019", "US", f"{_PYDICOM_DATA}JPGLosslessP14SV1_1s_1f_8b.dcm"),
    Image("us-transoesophageal", "pydicom-us-tee", "US", f"{_PYDICOM_DATA}color-px.dcm"),
    Image("us-aloka", "aloka-98279", "US", f"{_PYDICOM_DATA}gdcm-US-ALOKA-16.dcm"),
    Image("us-palette", "obxxxx1a", "US", f"{_PYDICOM_DATA}OBXXXX1A.dcm"),
    Image("us-muscle", "esaote", "US", "cornerstone-wado/testImages/US-YBR_FULL_422-EVRLE.dcm"),
    Image("mosaic-ap", "nih-siemens-phantom", "MR", f"{_NIH}20180918Si/mr_0003/epi_pe_ap-00001.dcm"),
)
"""Single images, each the best version that there is."""

WHEEL_IMAGES: tuple[Image, ...] = (
    Image("wheel-ct", "wg04-ct1", "CT", "CT_small.dcm", part_of="wg04-ct1"),
    Image("wheel-mr", "wg04-mr1", "MR", "MR_small.dcm", part_of="wg04-mr1"),
    Image("wheel-mr-overlay", "siemens-mpr", "MR", "examples_overlay.dcm", part_of="mr-lesion"),
    Image("wheel-us-palette", "obxxxx1a", "US", "examples_palette.dcm", part_of="us-palette"),
    Image("wheel-ct-jxd", "jxd-191021006", "CT", "J2K_pixelrep_mismatch.dcm"),
)
"""Images of pydicom's own wheel; they need no corpus. Four are exact cuttings of images of a corpus."""

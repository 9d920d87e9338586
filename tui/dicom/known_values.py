"""What coded values of common attributes mean, and units of numbers: PS3.3, by tag. Only what the standard defines."""

from typing import Final

_LATERALITY: Final = {"R": "right", "L": "left", "U": "unpaired", "B": "both"}
_PHYSICAL_UNITS: Final = {  # C.8.5.5.1.15
    "0": "no unit", "1": "percent", "2": "dB", "3": "cm", "4": "s", "5": "Hz", "6": "dB/s", "7": "cm/s", "8": "cm²",
    "9": "cm²/s", "10": "cm³", "11": "cm³/s", "12": "degrees",
}  # fmt: skip

TERMS: Final[dict[int, dict[str, str]]] = {
    0x00080060: {  # Modality, C.7.3.1.1.1
        "AR": "autorefraction", "AU": "audio", "BDUS": "bone densitometry (ultrasound)", "BI": "biomagnetic imaging",
        "BMD": "bone densitometry (X-ray)", "CR": "computed radiography", "CT": "computed tomography",
        "DG": "diaphanography", "DOC": "document", "DX": "digital radiography", "ECG": "electrocardiography",
        "EEG": "electroencephalography", "EPS": "cardiac electrophysiology", "ES": "endoscopy", "FID": "fiducials",
        "GM": "general microscopy", "HC": "hard copy", "HD": "hemodynamic waveform", "IO": "intra-oral radiography",
        "IVOCT": "intravascular OCT", "IVUS": "intravascular ultrasound", "KO": "key object selection",
        "LEN": "lensometry", "LS": "laser surface scan", "M3D": "model for 3D manufacturing", "MG": "mammography",
        "MR": "magnetic resonance", "NM": "nuclear medicine", "OAM": "ophthalmic axial measurements",
        "OCT": "optical coherence tomography", "OP": "ophthalmic photography", "OPM": "ophthalmic mapping",
        "OPT": "ophthalmic tomography", "OPV": "ophthalmic visual field", "OT": "other", "PR": "presentation state",
        "PT": "positron emission tomography", "PX": "panoramic X-ray", "REG": "registration",
        "RESP": "respiratory waveform", "RF": "radio fluoroscopy", "RG": "radiographic imaging (film)",
        "RTDOSE": "radiotherapy dose", "RTIMAGE": "radiotherapy image", "RTPLAN": "radiotherapy plan",
        "RTRECORD": "radiotherapy treatment record", "RTSTRUCT": "radiotherapy structure set",
        "RWV": "real world value map", "SEG": "segmentation", "SM": "slide microscopy", "SMR": "stereometric relationship",
        "SR": "structured report", "TG": "thermography", "US": "ultrasound", "XA": "X-ray angiography",
        "XC": "external-camera photography",
    },
    0x00080064: {  # Conversion Type, C.8.6.1
        "DV": "digitized video", "DI": "digital interface", "DF": "digitized film", "WSD": "workstation",
        "SD": "scanned document", "SI": "scanned image", "DRW": "drawing", "SYN": "synthetic image",
    },
    0x00100040: {"M": "male", "F": "female", "O": "other"},
    0x001021A0: {"YES": "smokes", "NO": "does not smoke"},
    0x001021C0: {"1": "not pregnant", "2": "possibly pregnant", "3": "definitely pregnant", "4": "not known"},
    0x00180020: {  # Scanning Sequence, C.8.3.1
        "SE": "spin echo", "IR": "inversion recovery", "GR": "gradient recalled", "EP": "echo planar",
        "RM": "research mode",
    },
    0x00180021: {
        "SK": "segmented k-space", "MTC": "magnetization transfer contrast", "SS": "steady state",
        "TRSS": "time reversed steady state", "SP": "spoiled", "MP": "MAG prepared", "OSP": "oversampling phase",
        "NONE": "no variant",
    },
    0x00180022: {
        "PER": "phase encode reordering", "RG": "respiratory gating", "CG": "cardiac gating",
        "PPG": "peripheral pulse gating", "FC": "flow compensation", "PFF": "partial Fourier, frequency",
        "PFP": "partial Fourier, phase", "SP": "spatial presaturation", "FS": "fat saturation",
    },
    0x00181312: {"ROW": "along rows", "COL": "along columns", "COLUMN": "along columns"},
    0x00185100: {  # Patient Position, C.7.3.1.1.2
        "HFP": "head first, prone", "HFS": "head first, supine", "HFDR": "head first, right side down",
        "HFDL": "head first, left side down", "FFP": "feet first, prone", "FFS": "feet first, supine",
        "FFDR": "feet first, right side down", "FFDL": "feet first, left side down", "LFP": "left first, prone",
        "LFS": "left first, supine", "RFP": "right first, prone", "RFS": "right first, supine",
    },
    0x00185101: {
        "AP": "anterior to posterior", "PA": "posterior to anterior", "LL": "left lateral", "RL": "right lateral",
        "RLD": "right lateral decubitus", "LLD": "left lateral decubitus", "RLO": "right lateral oblique",
        "LLO": "left lateral oblique",
    },
    0x00186012: {"0": "none or not applicable", "1": "2D", "2": "M-mode", "3": "spectral", "4": "waveform", "5": "graphics"},
    0x00186014: {  # Region Data Type, C.8.5.5.1.2
        "0": "none or not applicable", "1": "tissue", "2": "colour flow", "3": "PW spectral Doppler",
        "4": "CW spectral Doppler", "5": "Doppler mean trace", "6": "Doppler mode trace", "7": "Doppler max trace",
        "8": "volume trace", "9": "d(volume)/dt trace", "A": "ECG trace", "10": "ECG trace", "11": "pulse trace",
        "12": "phonocardiogram trace", "13": "grey bar", "14": "colour bar", "15": "integrated backscatter",
        "16": "area trace", "17": "d(area)/dt", "18": "other",
    },
    0x00186024: _PHYSICAL_UNITS,
    0x00186026: _PHYSICAL_UNITS,
    0x00200060: _LATERALITY,
    0x00200062: _LATERALITY,
    0x00280004: {  # Photometric Interpretation, C.7.6.3.1.2
        "MONOCHROME1": "grey, low values are bright", "MONOCHROME2": "grey, high values are bright",
        "PALETTE COLOR": "colours from a table", "RGB": "red, green, blue", "YBR_FULL": "luminance, two colour differences",
        "YBR_FULL_422": "the same, colours at half the columns", "YBR_PARTIAL_420": "colours at half the rows and columns",
        "YBR_ICT": "irreversible colour transformation of JPEG 2000",
        "YBR_RCT": "reversible colour transformation of JPEG 2000",
        "XYB": "colour space of JPEG XL",
    },
    0x00280006: {"0": "colour by pixel", "1": "colour by plane"},
    0x00280103: {"0": "unsigned", "1": "signed"},
    0x00281040: {"LIN": "linear to X-ray beam intensity", "LOG": "logarithm of X-ray beam intensity"},
    0x00281041: {"1": "lower values, less X-ray intensity", "-1": "higher values, less X-ray intensity"},
    0x00282110: {"00": "never compressed lossily", "01": "was compressed lossily"},
    0x00541001: {  # Units, C.8.9.1.1.3
        "CNTS": "counts", "NONE": "no unit", "CM2": "cm²", "CM2ML": "cm²/ml", "PCNT": "percent", "CPS": "counts/s",
        "BQML": "Bq/ml", "MGMINML": "mg/min/ml", "UMOLMINML": "µmol/min/ml", "MLMING": "ml/min/g", "MLG": "ml/g",
        "1CM": "1/cm", "UMOLML": "µmol/ml", "PROPCNTS": "proportional to counts", "PROPCPS": "proportional to counts/s",
        "MLMINML": "ml/min/ml", "MLML": "ml/ml", "GML": "g/ml", "STDDEV": "standard deviations",
    },
    0x00541102: {"NONE": "no correction", "START": "to the start of the acquisition", "ADMIN": "to the administration"},
}  # fmt: skip

BITS: Final[dict[int, tuple[tuple[str, str], ...]]] = {  # by bit from 0: what it means where it is 0, and where it is 1
    0x00186016: (  # Region Flags, C.8.5.5.1.3
        ("high priority", "low priority"), ("", "scaling is protected"), ("Doppler: velocity", "Doppler: frequency"),
    ),
}  # fmt: skip

UNITS: Final[dict[int, str]] = {
    0x00101020: "m", 0x00101030: "kg", 0x00180050: "mm", 0x00180060: "kV", 0x00180080: "ms", 0x00180081: "ms",
    0x00180082: "ms", 0x00180084: "MHz", 0x00180087: "T", 0x00180088: "mm", 0x00180090: "mm", 0x00181063: "ms",
    0x00181100: "mm", 0x00181110: "mm", 0x00181111: "mm", 0x00181120: "degrees", 0x00181130: "mm", 0x00181150: "ms",
    0x00181151: "mA", 0x00181152: "mAs", 0x00181153: "µAs", 0x00181164: "mm", 0x00181170: "kW", 0x00181190: "mm",
    0x00181314: "degrees", 0x00181316: "W/kg", 0x00181075: "s",
    0x00189087: "s/mm²", 0x00189345: "mGy", 0x00200032: "mm", 0x00201041: "mm", 0x00280030: "mm", 0x00400316: "dGy",
    0x00541300: "ms", 0x00189306: "mm", 0x00189307: "mm", 0x00189310: "mm", 0x00189309: "mm/s",
}  # fmt: skip

"""Published formulas of derived measurements: arrays in, an array out; NaN where an input is missing.

The source is named with each formula; where it was not seen, that is said. The constants are those that
admiral's documentation has. Units are fixed: cm, kg, mmHg, ms, beats/min.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def compute_bmi(height: Floats, weight: Floats) -> Floats:
    """Body mass index in kg/m2 of height in cm and weight in kg (WHO, technical report 894).

    >>> float(compute_bmi(np.array([170.0]), np.array([75.0])).round(4)[0])
    25.9516
    """
    return weight / (height / 100) ** 2


def compute_bsa_mosteller(height: Floats, weight: Floats) -> Floats:
    """Body surface area in m2 of height in cm and weight in kg (Mosteller, N Engl J Med 1987;317:1098).

    >>> float(compute_bsa_mosteller(np.array([170.0]), np.array([75.0])).round(4)[0])
    1.8819
    """
    return np.sqrt(height * weight / 3600)


def compute_bsa_dubois(height: Floats, weight: Floats) -> Floats:
    """Body surface area in m2 (Du Bois and Du Bois, Arch Intern Med 1916;17:863).

    >>> float(compute_bsa_dubois(np.array([170.0]), np.array([75.0])).round(4)[0])
    1.8636
    """
    return 0.007184 * height**0.725 * weight**0.425


def compute_bsa_haycock(height: Floats, weight: Floats) -> Floats:
    """Body surface area in m2 (Haycock and others, J Pediatr 1978;93:62).

    >>> float(compute_bsa_haycock(np.array([170.0]), np.array([75.0])).round(4)[0])
    1.8947
    """
    return 0.024265 * height**0.3964 * weight**0.5378


def compute_bsa_gehan_george(height: Floats, weight: Floats) -> Floats:
    """Body surface area in m2 (Gehan and George, Cancer Chemother Rep 1970;54:225).

    >>> float(compute_bsa_gehan_george(np.array([170.0]), np.array([75.0])).round(4)[0])
    1.8975
    """
    return 0.0235 * height**0.42246 * weight**0.51456


def compute_bsa_boyd(height: Floats, weight: Floats) -> Floats:
    """Body surface area in m2 (Boyd, The growth of the surface area of the human body, 1935).

    >>> float(compute_bsa_boyd(np.array([170.0]), np.array([75.0])).round(4)[0])
    1.9051
    """
    grams = weight * 1000
    return 0.0003207 * height**0.3 * grams ** (0.7285 - 0.0188 * np.log10(grams))


def compute_bsa_fujimoto(height: Floats, weight: Floats) -> Floats:
    """Body surface area in m2 (Fujimoto and others, Nippon Eiseigaku Zasshi 1968;23(5):443).

    >>> float(compute_bsa_fujimoto(np.array([170.0]), np.array([75.0])).round(4)[0])
    1.8192
    """
    return 0.008883 * height**0.663 * weight**0.444


def compute_bsa_takahira(height: Floats, weight: Floats) -> Floats:
    """Body surface area in m2 (Takahira, 1925, as cited by Fujimoto and others; the original was not seen).

    >>> float(compute_bsa_takahira(np.array([170.0]), np.array([75.0])).round(4)[0])
    1.8783
    """
    return 0.007241 * height**0.725 * weight**0.425


def compute_map(diastolic: Floats, systolic: Floats) -> Floats:
    """Mean arterial pressure in mmHg: a third of the pulse pressure above the diastolic pressure.

    >>> float(compute_map(np.array([80.0]), np.array([125.0]))[0])
    95.0
    """
    return diastolic + (systolic - diastolic) / 3


def compute_map_heart_rate(diastolic: Floats, systolic: Floats, heart_rate: Floats) -> Floats:
    """Mean arterial pressure in mmHg with the heart rate in beats/min.

    The formula is admiral's, which names no source; it is ascribed to Moran and others (Appl Human Sci
    1995;14:293), which was not seen.

    >>> float(compute_map_heart_rate(np.array([51.0]), np.array([121.0]), np.array([59.0])).round(4)[0])
    73.0391
    """
    return diastolic + 0.01 * np.exp(4.14 - 40.74 / heart_rate) * (systolic - diastolic)


def compute_qtc_bazett(qt: Floats, rr: Floats) -> Floats:
    """Corrected QT in ms of QT and RR in ms (Bazett, Heart 1920;7:353).

    >>> float(compute_qtc_bazett(np.array([350.0]), np.array([857.0])).round(3)[0])
    378.075
    """
    return qt / np.sqrt(rr / 1000)


def compute_qtc_fridericia(qt: Floats, rr: Floats) -> Floats:
    """Corrected QT in ms of QT and RR in ms (Fridericia, Acta Med Scand 1920;53:469).

    >>> float(compute_qtc_fridericia(np.array([350.0]), np.array([857.0])).round(3)[0])
    368.475
    """
    return qt / np.cbrt(rr / 1000)


def compute_qtc_sagie(qt: Floats, rr: Floats) -> Floats:
    """Corrected QT in ms of QT and RR in ms (Sagie and others, Am J Cardiol 1992;70:797).

    >>> float(compute_qtc_sagie(np.array([350.0]), np.array([857.0])).round(3)[0])
    372.022
    """
    return 1000 * (qt / 1000 + 0.154 * (1 - rr / 1000))


def compute_rr(heart_rate: Floats) -> Floats:
    """RR interval in ms of the heart rate in beats/min.

    >>> float(compute_rr(np.array([75.0]))[0])
    800.0
    """
    return 60_000 / heart_rate

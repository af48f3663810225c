"""Just enough colour science to check contrast: oklch to linear sRGB, and WCAG 2 contrast."""

import math
import re
from dataclasses import dataclass
from pathlib import Path

TOKENS = Path(__file__).resolve().parents[2] / "src/codex/web/static/css/tokens.css"

Rgb = tuple[float, float, float]


def linear_rgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """Linear sRGB 0…1 of an oklch colour, clipped to the gamut (css-color-4, "Converting Oklab to OKLCH", Ottosson)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return (_clip(red), _clip(green), _clip(blue))


def contrast(one: Rgb, other: Rgb) -> float:
    """WCAG 2 contrast ratio, 1…21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@dataclass(frozen=True)
class Palette:
    """The colours of tokens.css as a page has them: in one scheme, at one accent hue."""

    is_dark: bool
    hue: int

    def __getitem__(self, name: str) -> Rgb:
        blocks = [_block(":root")] if self.hue == 258 else [_block(":root"), _block(":root[data-hue]")]
        return linear_rgb(*self._numbers({k: v for block in blocks for k, v in block.items()}[name]))

    def _numbers(self, value: str) -> tuple[float, float, float]:
        colours = re.findall(r"oklch\(((?:[^()]|\([^()]*\))*)\)", value)
        words = colours[-1 if self.is_dark else 0].replace("var(--accent-h)", str(self.hue)).split()
        lightness, chroma, hue = (float(word) for word in words)
        return lightness, chroma, hue


def _block(selector: str) -> dict[str, str]:
    css = re.sub(r"/\*.*?\*/", "", TOKENS.read_text("utf-8"), flags=re.DOTALL)
    found = re.search(re.escape(selector) + r"\s*\{([^}]*)\}", css)
    assert found, f"no block {selector} in tokens.css"
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", found[1]))


def _clip(channel: float) -> float:
    return min(1.0, max(0.0, channel))


def _luminance(colour: Rgb) -> float:
    red, green, blue = colour
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

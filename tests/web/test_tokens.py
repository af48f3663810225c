"""The colours of tokens.css keep their contrast in both schemes and at every hue that an owner can choose."""

import pytest
from oklch import Palette, contrast

SURFACES = ("surface", "canvas", "raised", "sunken")
TONES = ("red", "amber", "green", "violet")
HUES = (258, *range(0, 360, 5))


@pytest.fixture(params=[False, True], ids=["light", "dark"])
def is_dark(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_black_and_white_have_the_greatest_contrast() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)


@pytest.mark.parametrize("surface", SURFACES)
def test_ink_reads_on_every_surface(is_dark: bool, surface: str) -> None:
    palette = Palette(is_dark, 258)

    assert contrast(palette["text"], palette[surface]) >= (12 if surface == "raised" else 14)
    assert contrast(palette["text-2"], palette[surface]) >= 7
    assert contrast(palette["text-3"], palette[surface]) >= 4.5


@pytest.mark.parametrize("tone", TONES)
def test_a_tone_reads_on_surfaces_and_on_its_own_fill(is_dark: bool, tone: str) -> None:
    palette = Palette(is_dark, 258)

    for ground in ("surface", "canvas", "sunken", f"{tone}-soft"):
        assert contrast(palette[tone], palette[ground]) >= 4.5, ground


def test_text_on_amber_and_on_a_toast_reads(is_dark: bool) -> None:
    palette = Palette(is_dark, 258)

    assert contrast(palette["on-amber"], palette["amber"]) >= 4.5
    assert contrast(palette["on-toast"], palette["toast"]) >= 7


def test_the_border_of_a_control_is_seen(is_dark: bool) -> None:
    palette = Palette(is_dark, 258)

    assert contrast(palette["line-control"], palette["surface"]) >= 3
    assert contrast(palette["line-control"], palette["canvas"]) >= 3


@pytest.mark.parametrize("hue", HUES)
def test_the_accent_keeps_its_contrast_at_every_hue(is_dark: bool, hue: int) -> None:
    palette = Palette(is_dark, hue)

    for ground in ("surface", "canvas", "sunken", "raised", "accent-soft"):
        assert contrast(palette["accent"], palette[ground]) >= 4.5, ground
    assert contrast(palette["on-accent"], palette["accent-fill"]) >= 4.5
    assert contrast(palette["on-accent"], palette["accent-fill-hover"]) >= 4.5


@pytest.mark.parametrize("hue", HUES)
def test_the_selected_row_reads_at_every_hue(is_dark: bool, hue: int) -> None:
    palette = Palette(is_dark, hue)

    for ink in ("text", "text-2", "text-3", *TONES):
        assert contrast(palette[ink], palette["accent-soft"]) >= 4.5, ink

"""An address as a QR code, drawn as SVG."""

import io

import segno

# A module's size in the picture and the quiet zone around it, in modules: the norm asks for four.
SCALE, BORDER = 4, 4


def qr_svg(address: str) -> bytes:
    """The code of an absolute address, black on white whatever stands around it.

    Middle error correction: a stamp or a fold over a seventh of it leaves it readable.
    """
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", scale=SCALE, border=BORDER, dark="#000", light="#fff", xmldecl=True, title=address
    )
    return out.getvalue()

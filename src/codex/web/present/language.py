"""The words of the screen in the language of the reader: English, until there are others.

`gettext.gettext` of the standard library looks for catalogues on the disk at every call, some thousand times a page;
here one is held.
"""

from gettext import NullTranslations

_catalogue = NullTranslations()
gettext = _catalogue.gettext
ngettext = _catalogue.ngettext

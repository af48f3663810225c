"""What people in a filled database are called, and what they write."""

FIRST_NAMES = (
    "Rosa", "Amir", "Lena", "Tara", "Hana", "Farid", "Otto", "Ona", "Mina", "Jonas", "Ines", "Pavel", "Yuki",
    "Noor", "Dario", "Greta", "Samir", "Olga", "Felix", "Aisha", "Bruno", "Carla", "Deniz", "Edith", "Gustav",
    "Helga", "Ivan", "Julia", "Kemal", "Laila", "Marek",
)  # fmt: skip
LAST_NAMES = (
    "Adler", "Brandt", "Costa", "Dorn", "Engel", "Fischer", "Gruber", "Haas", "Ivanov", "Jansen", "Keller",
    "Lindt", "Moser", "Novak", "Okafor", "Peters", "Quinn", "Rossi", "Sato", "Thorne", "Ulrich", "Vogel",
    "Weber", "Xenakis", "Yilmaz", "Zimmer", "Arendt", "Bauer", "Cermak", "Duarte", "Eriksen", "Faber", "Gallo",
    "Horvat", "Iversen", "Jovic", "Kowal",
)  # fmt: skip
TEAMS = (
    ("it", "IT Support", "IT"), ("network", "Network", "NET"), ("hr", "People", "HR"),
    ("facilities", "Facilities", "FAC"), ("finance", "Finance", "FIN"), ("security", "Security", "SEC"),
    ("data", "Data", "DATA"), ("travel", "Travel", "TRV"), ("legal", "Legal", "LEG"), ("fleet", "Fleet", "FLT"),
)  # fmt: skip
"""Slug, name and prefix; the first is the biggest."""
CATEGORIES = ("Hardware", "Software", "Access", "Network", "Building", "Contract")
"""Each with three below it."""
SUBJECTS = (
    "VPN drops every few minutes since this morning", "New laptop for a colleague who starts next month",
    "Cannot open the shared calendar of our team", "Invoice from March is still not paid",
    "Badge does not open the side entrance any more", "Printer on the third floor prints blank pages",
    "Access to the sales dashboard for two people", "Parking space for a visitor on Thursday",
    "Password reset mail never arrives", "Screen flickers when the dock is connected",
    "Travel refund for the fair in Lisbon", "Phone number to be moved to another person",
    "Heating in room 214 makes a loud noise", "Contract of a supplier has to be signed again",
    "Backup of the project folder, please", "Mailbox is full though I deleted everything",
)  # fmt: skip
SENTENCES = (
    "It worked until yesterday evening and nothing was changed on my side as far as I know.",
    "I have restarted twice and tried the other cable, and it did not make a difference.",
    "Two colleagues in the same room see exactly the same thing.",
    "Could you tell me until when this will be done, so that I can plan around it?",
    "The message on the screen says that the server cannot be reached and gives the code 0x80070035.",
    "We have looked at the logs and found the cause; a change will go out tonight after seven.",
    "Please try once more and write here whether it works for you now.",
    "I have ordered the part, the supplier promises it for the day after tomorrow.",
    "This is not urgent for me, but the whole floor will need it by the end of the month.",
    "Thank you, that was quick, and it works again.",
    "For the record: the old device has the inventory number 4711-08 and is in the cupboard.",
    "Your manager has to agree to this; I have asked and will come back to you.",
    "It happens only when the lid is closed and an external monitor is connected.",
    "I attach no picture because the page closes before I can take one.",
    "The order is waiting for a signature since last week and nobody seems to know whose.",
    "We will close this in a few days unless we hear from you.",
)  # fmt: skip

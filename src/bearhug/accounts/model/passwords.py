"""Which passwords are too easily guessed. Rules as in NIST SP 800-63B, section 5.1.1.2."""

LEAST_CHARACTERS = 8
MOST_BYTES = 1024
"""More is no safer, and a hash of megabytes is work for nothing."""

# What guessers try first, of the length we accept.
_COMMON = """
    00000000 01234567 0123456789 11111111 12121212 123123123 12341234 1234567 12345678 123456789
    1234567890 12345678910 123456789a 1234abcd 123qweasd 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 22222222
    66666666 77777777 87654321 88888888 987654321 99999999 a1234567 a12345678 a123456789 aa123456
    aaaaaaaa abc12345 abcd1234 abcdefgh abcdefghi access14 administrator asdf1234 asdfasdf asdfghjk
    asdfghjkl baseball basketball changeme computer corvette einstein elephant fenerbahce football
    fuckyou1 google123 hello123 helloworld huggingface iloveyou internet jennifer justin123 letmein1
    letmein123 liverpool maverick mercedes michelle midnight minecraft monkey123 mynoob passw0rd
    password password! password1 password12 password123 password1234 password2 pokemon1 princess
    princess1 q1w2e3r4 q1w2e3r4t5 qazwsxedc qwer1234 qwerty12 qwerty123 qwertyui qwertyuiop rootroot
    samantha secret123 starwars sunshine superman test1234 testtest trustno1 victoria welcome1
    welcome123 whatever xxxxxxxx zaq12wsx zxcvbnm1 zxcvbnmm
"""
COMMON = frozenset(_COMMON.split())


def problem(password: str, *, name: str, email: str) -> str:
    """Why this will not do, and what would; "" if it will."""
    if len(password) < LEAST_CHARACTERS:
        return f"Use {LEAST_CHARACTERS} characters or more. A sentence is fine."
    if len(password.encode()) > MOST_BYTES:
        return f"Use at most {MOST_BYTES} bytes. A sentence is enough."
    plain = password.lower()
    if plain in COMMON or len(set(plain)) < 3:
        return "This is one of the first a guesser tries. A sentence of your own is safer."
    own = {name.lower(), email.lower(), email.lower().partition("@")[0]} - {""}
    if plain in own or plain.rstrip("0123456789!") in own:
        return "This is your name or address, which everyone knows. Choose other words."
    return ""

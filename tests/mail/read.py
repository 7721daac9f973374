"""Reads the message in the file of argument 1 with Python's own parser; says as JSON what a person and a mail server see."""

import email
import email.policy
import json
import sys

with open(sys.argv[1], "rb") as file:
    message = email.message_from_binary_file(file, policy=email.policy.default)


def text(part):
    return None if part is None else part.get_content()


defects = [str(defect) for part in message.walk() for defect in part.defects]
defects += [str(defect) for value in message.values() for defect in getattr(value, "defects", [])]
print(
    json.dumps(
        {
            "defects": defects,
            "headers": [name for name in message.keys()],
            "from": [[a.display_name, a.addr_spec] for a in message["From"].addresses],
            "to": [[a.display_name, a.addr_spec] for a in message["To"].addresses],
            "reply_to": [a.addr_spec for a in message["Reply-To"].addresses] if message["Reply-To"] else [],
            "subject": message["Subject"],
            "date": message["Date"].datetime.isoformat(),
            "message_id": message["Message-ID"],
            "return_path": message["Return-path"],
            "plain": text(message.get_body(("plain",))),
            "html": text(message.get_body(("html",))),
            "pictures": [part.get_content_type() for part in message.walk() if part.get_content_maintype() == "image"],
        }
    )
)

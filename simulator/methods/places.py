"""Where things are and how to reach people: locations, venues, contacts."""

from simulator.access import writable_chat
from simulator.model import Json, Media
from simulator.parameters import ChatId, Coordinate, Number, Text
from simulator.refusal import bad_request
from simulator.sending import Content, Sending, send_one
from simulator.table import Call, method


def location_json(latitude: float, longitude: float) -> Json:
    """Raises Refusal for a point that is not on the Earth."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong location coordinates specified")
    return {"latitude": latitude, "longitude": longitude}


@method
def send_location(
    call: Call,
    how: Sending,
    chat_id: ChatId,
    latitude: Coordinate,
    longitude: Coordinate,
    horizontal_accuracy: Number = 0.0,
) -> Json:
    chat = writable_chat(call, chat_id)
    location = location_json(latitude, longitude)
    if horizontal_accuracy:
        location["horizontal_accuracy"] = horizontal_accuracy
    return send_one(call, chat, Content(media=Media("location", location)), how)


@method
def send_venue(
    call: Call,
    how: Sending,
    chat_id: ChatId,
    latitude: Coordinate,
    longitude: Coordinate,
    title: Text,
    address: Text,
) -> Json:
    chat = writable_chat(call, chat_id)
    venue = {"location": location_json(latitude, longitude), "title": title, "address": address}
    return send_one(call, chat, Content(media=Media("venue", venue)), how)


@method
def send_contact(
    call: Call,
    how: Sending,
    chat_id: ChatId,
    phone_number: Text,
    first_name: Text,
    last_name: Text = "",
    vcard: Text = "",
) -> Json:
    chat = writable_chat(call, chat_id)
    contact = {"phone_number": phone_number, "first_name": first_name}
    if last_name:
        contact["last_name"] = last_name
    if vcard:
        contact["vcard"] = vcard
    return send_one(call, chat, Content(media=Media("contact", contact)), how)

"""People and their networks, in one place for those who call: the directory, members, invitations, mandates."""

from drafting.actions.membership.invitations import Invitation, accept_invitation, end_mandate, invite, read_invitation
from drafting.actions.membership.networks import add_member, describe_network, leave_declaration, register_network

__all__ = [
    "Invitation",
    "accept_invitation",
    "add_member",
    "describe_network",
    "end_mandate",
    "invite",
    "leave_declaration",
    "read_invitation",
    "register_network",
]

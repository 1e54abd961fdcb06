"""Portals: the web, by audience. A view reads the request, makes one call, shows the answer.

Always true here:
- every address declares who may open it (`design.pages.page`, for programs `api.doors`); one that does not is refused by a test;
- pages import no models, see only what the viewer's queries give them, and work without JavaScript;
- nothing leaves this host: style, icons and scripts are vendored.
"""

"""What start-up is compared with: a bare Textual app with the same kinds of widgets."""

from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Footer, Header, Input, Static, Tree


class BareApp(App[None]):
    """Tree, picture pane, table, field, header and footer, with nothing in them."""

    CSS = "Tree { width: 32; } #picture { height: 60%; } DataTable { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            yield Tree("BARE-READY")
            with Vertical():
                yield Static("", id="picture")
                yield Input()
                yield DataTable()
        yield Footer()

    def on_mount(self) -> None:
        self.query_one(DataTable).add_columns("tag", "VR", "name", "value")


if __name__ == "__main__":
    BareApp().run()

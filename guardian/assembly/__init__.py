"""The composition root: joins the parts into one service, in the right order. The only importer of connectors besides the sandbox."""

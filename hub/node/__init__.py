"""An opened home: settings, keys, the node, its transactions."""

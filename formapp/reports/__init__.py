"""Reports: values in, pages and tables out."""

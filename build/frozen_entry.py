"""Start the bundled program: first let a child process take its part, then begin."""

import multiprocessing

if __name__ == "__main__":
    multiprocessing.freeze_support()

    from medbot_desktop.__main__ import main

    main()

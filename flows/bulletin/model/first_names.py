"""First names that Italians bear, as far as they are no other word at a sentence's start."""

_ITALIAN = """
    Achille Adele Adriana Adriano Agata Agnese Agostino Alberta Alberto Aldo Alessandra Alessandro
    Alessia Alessio Alex Alfonso Alfredo Alice Alida Amedeo Amelia Anastasia Andrea Angela Angelica
    Angelina Angelo Anita Anna Annalisa Annamaria Antonella Antonia Antonietta Antonino Antonio
    Arianna Armando Arnaldo Arturo Attilio Aurelio Barbara Battista Beatrice Benedetta Benedetto
    Beniamino Bernardo Biagio Bianca Bruna Bruno Camilla Camillo Carla Carlo Carlotta Carmela
    Carmelo Carmen Carmine Carolina Caterina Cecilia Cesare Chiara Christian Cinzia Claudia Claudio
    Clelia Clemente Concetta Consuelo Corrado Cosimo Cristian Cristiana Cristiano Cristina Damiano
    Daniela Daniele Danilo Dario Davide Debora Deborah Delia Denis Desiree Diana Diego Dino Domenico
    Donatella Donato Edoardo Egidio Elena Eleonora Elia Eliana Elisa Elisabetta Eliseo Elsa Emanuela
    Emanuele Emilia Emiliano Emilio Emma Enrica Enrico Enzo Erica Erika Ermanno Ernesto Ettore
    Eugenia Eugenio Eva Ezio Fabiana Fabio Fabiola Fabrizia Fabrizio Federica Federico Ferdinando
    Fernanda Fernando Filippo Flavia Flavio Franca Francesca Francesco Franco Fulvio Gabriele
    Gabriella Gaetano Gaia Gaspare Gennaro Gerardo Giacinto Giacomo Giada Giampaolo Giampiero
    Giancarlo Gianfranco Gianluca Gianluigi Gianmarco Gianna Gianni Gianpaolo Gigliola Gilberto Gina
    Gino Gioele Giorgia Giorgio Giovanna Giovanni Girolamo Giulia Giuliana Giuliano Giulio Giuseppe
    Giuseppina Giusy Graziano Graziella Gregorio Guglielmo Guido Ida Ignazio Ilaria Ines Irene Iris
    Isabella Ivan Ivana Ivano Ivo Jacopo Jessica Katia Lara Laura Lea Leandro Leonardo Letizia Lia
    Liana Lidia Liliana Lino Lisa Livia Livio Loredana Lorella Lorena Lorenza Lorenzo Luca Lucia
    Luciana Luciano Lucio Ludovica Ludovico Luigi Luigia Luisa Maddalena Manlio Manuel Manuela Mara
    Marcella Marcello Marco Margherita Maria Mariangela Marianna Mariella Mario Marisa Marta Martina
    Martino Marzia Massimiliano Massimo Matilde Matteo Mattia Maura Maurizio Mauro Melissa Michela
    Michelangelo Michele Milena Mina Mirco Mirella Miriam Mirko Monica Nadia Natalia Natalino Nicola
    Nicole Nicoletta Nicolò Noemi Nunzia Olga Olivia Orazio Oreste Oriana Orietta Ornella Osvaldo
    Ottavio Pamela Paola Paolo Pasquale Patrizia Piera Pierluigi Piero Pietro Pina Pino Raffaele
    Raffaella Raimondo Rebecca Remo Renata Renato Renzo Riccardo Rino Rita Roberta Roberto Rocco
    Rodolfo Romina Romolo Ronaldo Rosalba Rosalia Rosanna Rosaria Rosella Rossana Rossella Ruggero
    Sabina Sabrina Salvatore Samanta Samuel Samuele Sandra Sandro Sara Saverio Sebastiano Serafino
    Serena Sergio Silvana Silvano Silvia Silvio Simona Simone Sofia Sonia Stefania Stefano Susanna
    Tania Tatiana Teodoro Teresa Tiziana Tiziano Tommaso Ubaldo Ugo Umberto Valentina Valentino
    Valeria Valerio Vanessa Vera Veronica Vincenza Vincenzo Virginia Vito Vittorio Viviana Walter
    Ylenia Zeno
"""
FIRST_NAMES = frozenset(_ITALIAN.split())
